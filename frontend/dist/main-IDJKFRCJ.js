import"./part-chunk-VGZCQ65Z.js";
