import{s as o,t as r,u as m,v as p,w as t,x as e}from"./part-chunk-PCFVNNCG.js";import"./part-chunk-VU6CINZN.js";import"./part-chunk-ETLYNLJS.js";import"./part-chunk-NC32ZL4H.js";import"./part-chunk-6QWHNS3A.js";export{p as deleteMessage,r as memberItems,o as messageItems,m as personItems,e as takeBack,t as undo};
//end
