import{b as o,c as r}from"./part-chunk-E45KT2BM.js";import"./part-chunk-BETJ2JLS.js";import"./part-chunk-LWFW67MO.js";export{o as commandsFor,r as runCommand};
