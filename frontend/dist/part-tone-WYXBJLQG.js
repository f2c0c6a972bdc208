import{a as o}from"./part-chunk-XFESUUMF.js";import"./part-chunk-BN7ZO52H.js";export{o as sound};
//end
