import{a as o}from"./part-chunk-CZNILWT2.js";import"./part-chunk-LNMHL2WH.js";import"./part-chunk-6HCPD4ME.js";import"./part-chunk-3GR3AZVX.js";import"./part-chunk-QFHSHQVS.js";import"./part-chunk-2DK4ZZGM.js";import"./part-chunk-STTFEQZQ.js";import"./part-chunk-P4HYGXG7.js";import"./part-chunk-LAR74TVG.js";import"./part-chunk-N3CO2LEM.js";export{o as SuspendDialog};
//end
