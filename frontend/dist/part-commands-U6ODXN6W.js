import{b as o,c as r}from"./part-chunk-HBMHUSM4.js";import"./part-chunk-XLNUBW2V.js";import"./part-chunk-GURTL57B.js";export{o as commandsFor,r as runCommand};
