import{b as o,c as r}from"./part-chunk-XOHT2ZOF.js";import"./part-chunk-V32DCDZG.js";import"./part-chunk-GVTIUMTJ.js";export{o as commandsFor,r as runCommand};
