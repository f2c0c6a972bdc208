import"./part-chunk-JJ73MIIU.js";
