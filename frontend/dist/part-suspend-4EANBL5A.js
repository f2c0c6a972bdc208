import{a as o}from"./part-chunk-C66GLQYA.js";import"./part-chunk-MI7I3A4C.js";import"./part-chunk-EB6M3KXY.js";import"./part-chunk-V4W5TP6A.js";import"./part-chunk-PNWRO6MY.js";import"./part-chunk-Z2H3IGNA.js";import"./part-chunk-6WXJ4HEN.js";import"./part-chunk-XQHIQLDN.js";import"./part-chunk-6HP6D2YL.js";import"./part-chunk-77DXRDTI.js";export{o as SuspendDialog};
//end
