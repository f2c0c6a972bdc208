import{b as o,c as r}from"./part-chunk-CIFI4BOD.js";import"./part-chunk-N5XEFQQK.js";import"./part-chunk-KO5IDOHW.js";export{o as commandsFor,r as runCommand};
