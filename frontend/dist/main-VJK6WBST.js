import"./part-chunk-NSL7CDRQ.js";
