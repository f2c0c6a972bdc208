import"./part-chunk-FUKNMWQM.js";
