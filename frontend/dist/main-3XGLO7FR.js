import"./part-chunk-2POIZL3L.js";
