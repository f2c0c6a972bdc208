import"./part-chunk-GURTL57B.js";
