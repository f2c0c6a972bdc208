import{b as o,c as r}from"./part-chunk-TPCAJQPN.js";import"./part-chunk-WLZTJYAP.js";import"./part-chunk-FUKNMWQM.js";export{o as commandsFor,r as runCommand};
