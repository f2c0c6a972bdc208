import"./part-chunk-4GTB4XLX.js";
