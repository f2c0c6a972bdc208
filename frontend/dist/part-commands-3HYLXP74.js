import{b as o,c as r}from"./part-chunk-CYKOI3LP.js";import"./part-chunk-6VQFA3QV.js";import"./part-chunk-BN7ZO52H.js";export{o as commandsFor,r as runCommand};
//end
