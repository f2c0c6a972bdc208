import{s as o,t as r,u as m,v as p,w as t,x as e}from"./part-chunk-PNWRO6MY.js";import"./part-chunk-Z2H3IGNA.js";import"./part-chunk-6WXJ4HEN.js";import"./part-chunk-XQHIQLDN.js";import"./part-chunk-77DXRDTI.js";export{p as deleteMessage,r as memberItems,o as messageItems,m as personItems,e as takeBack,t as undo};
//end
