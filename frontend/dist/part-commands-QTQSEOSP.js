import{b as o,c as r}from"./part-chunk-SXCMFD74.js";import"./part-chunk-ZU3QRBZ4.js";import"./part-chunk-NSL7CDRQ.js";export{o as commandsFor,r as runCommand};
