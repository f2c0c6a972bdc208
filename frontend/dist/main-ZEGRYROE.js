import"./part-chunk-6QWHNS3A.js";
//end
