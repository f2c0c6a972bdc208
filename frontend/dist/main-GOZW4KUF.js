import"./part-chunk-BN7ZO52H.js";
//end
