import{a as o}from"./part-chunk-E4AWGX37.js";import"./part-chunk-VGZCQ65Z.js";export{o as sound};
