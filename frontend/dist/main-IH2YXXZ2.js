import"./part-chunk-PUTDRGSF.js";
