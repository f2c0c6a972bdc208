import"./part-chunk-LWFW67MO.js";
