import{b as o,c as r}from"./part-chunk-DPHEOW35.js";import"./part-chunk-XVHDT4M7.js";import"./part-chunk-ZH7QOZKA.js";export{o as commandsFor,r as runCommand};
