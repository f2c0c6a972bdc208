import{b as o,c as r}from"./part-chunk-QFEMUGQZ.js";import"./part-chunk-3BS3YAXX.js";import"./part-chunk-JJ73MIIU.js";export{o as commandsFor,r as runCommand};
