import{b as o,c as r}from"./part-chunk-UXJGFKHD.js";import"./part-chunk-QEI6YJ3C.js";import"./part-chunk-ZI7WG5BS.js";export{o as commandsFor,r as runCommand};
