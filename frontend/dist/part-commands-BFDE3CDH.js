import{b as o,c as r}from"./part-chunk-JG3LD7AO.js";import"./part-chunk-ETLYNLJS.js";import"./part-chunk-6QWHNS3A.js";export{o as commandsFor,r as runCommand};
//end
