import{s as o,t as r,u as m,v as p,w as t,x as e}from"./part-chunk-QFHSHQVS.js";import"./part-chunk-2DK4ZZGM.js";import"./part-chunk-STTFEQZQ.js";import"./part-chunk-P4HYGXG7.js";import"./part-chunk-N3CO2LEM.js";export{p as deleteMessage,r as memberItems,o as messageItems,m as personItems,e as takeBack,t as undo};
//end
