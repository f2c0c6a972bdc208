import{b as o,c as r}from"./part-chunk-C363NTYV.js";import"./part-chunk-2DK4ZZGM.js";import"./part-chunk-N3CO2LEM.js";export{o as commandsFor,r as runCommand};
//end
