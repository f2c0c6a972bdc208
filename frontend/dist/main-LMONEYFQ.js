import"./part-chunk-ZH7QOZKA.js";
