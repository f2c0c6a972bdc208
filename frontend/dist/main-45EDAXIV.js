import"./part-chunk-N3CO2LEM.js";
//end
