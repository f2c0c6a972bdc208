import{b as o,c as r}from"./part-chunk-YQ652ZUE.js";import"./part-chunk-Z2H3IGNA.js";import"./part-chunk-77DXRDTI.js";export{o as commandsFor,r as runCommand};
//end
