import"./part-chunk-77DXRDTI.js";
//end
