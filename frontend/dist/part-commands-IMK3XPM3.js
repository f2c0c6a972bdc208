import{b as o,c as r}from"./part-chunk-UVOLXWPW.js";import"./part-chunk-EW3IHIQ4.js";import"./part-chunk-VGZCQ65Z.js";export{o as commandsFor,r as runCommand};
