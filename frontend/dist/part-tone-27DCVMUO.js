import{a as o}from"./part-chunk-XFESUUMF.js";import"./part-chunk-77DXRDTI.js";export{o as sound};
//end
