import"./part-chunk-YDDOYVNO.js";
