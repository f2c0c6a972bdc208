import{a as o}from"./part-chunk-Y7KC3IUA.js";import"./part-chunk-XDI26KJL.js";import"./part-chunk-ZMQENHSK.js";import"./part-chunk-Q2VLTNFA.js";import"./part-chunk-PCFVNNCG.js";import"./part-chunk-VU6CINZN.js";import"./part-chunk-ETLYNLJS.js";import"./part-chunk-NC32ZL4H.js";import"./part-chunk-VIXTSRSA.js";import"./part-chunk-6QWHNS3A.js";export{o as SuspendDialog};
//end
