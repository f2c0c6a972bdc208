import{b as o,c as r}from"./part-chunk-FO4WWEOZ.js";import"./part-chunk-OWE4M3KC.js";import"./part-chunk-2POIZL3L.js";export{o as commandsFor,r as runCommand};
