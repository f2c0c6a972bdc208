import"./part-chunk-ZI7WG5BS.js";
