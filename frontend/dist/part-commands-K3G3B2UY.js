import{b as o,c as r}from"./part-chunk-LN3NDVA5.js";import"./part-chunk-IYPKRUEX.js";import"./part-chunk-5JCUKYMI.js";export{o as commandsFor,r as runCommand};
