import"./part-chunk-GVTIUMTJ.js";
