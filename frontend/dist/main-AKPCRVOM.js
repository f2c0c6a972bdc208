import"./part-chunk-ETZGHSRH.js";
