import{b as o,c as r}from"./part-chunk-ICSIAFX6.js";import"./part-chunk-AQUVJZVR.js";import"./part-chunk-4GTB4XLX.js";export{o as commandsFor,r as runCommand};
