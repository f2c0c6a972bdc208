import"./part-chunk-KO5IDOHW.js";
