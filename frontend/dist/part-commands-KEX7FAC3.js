import{b as o,c as r}from"./part-chunk-SF3NY52R.js";import"./part-chunk-KJ3QO7DR.js";import"./part-chunk-PUTDRGSF.js";export{o as commandsFor,r as runCommand};
