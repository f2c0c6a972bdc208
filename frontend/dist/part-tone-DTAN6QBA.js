import{a as o}from"./part-chunk-XFESUUMF.js";import"./part-chunk-6QWHNS3A.js";export{o as sound};
//end
