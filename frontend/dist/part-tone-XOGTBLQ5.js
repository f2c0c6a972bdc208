import{a as o}from"./part-chunk-XFESUUMF.js";import"./part-chunk-N3CO2LEM.js";export{o as sound};
//end
