import"./part-chunk-2Z5ZRQJY.js";
