import{b as o,c as r}from"./part-chunk-S7SKPLEW.js";import"./part-chunk-5GSZYGAB.js";import"./part-chunk-YDDOYVNO.js";export{o as commandsFor,r as runCommand};
