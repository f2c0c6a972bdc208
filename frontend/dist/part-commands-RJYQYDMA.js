import{b as o,c as r}from"./part-chunk-ZMODH56J.js";import"./part-chunk-SYOREUZC.js";import"./part-chunk-ETZGHSRH.js";export{o as commandsFor,r as runCommand};
