import{s as o,t as r,u as m,v as p,w as t,x as e}from"./part-chunk-AB7BKZH4.js";import"./part-chunk-6VQFA3QV.js";import"./part-chunk-A7EOZLKD.js";import"./part-chunk-2OUP5RUU.js";import"./part-chunk-BN7ZO52H.js";export{p as deleteMessage,r as memberItems,o as messageItems,m as personItems,e as takeBack,t as undo};
//end
