import { describeLedger } from "../../contracts/ledger.ts";
import { openTables } from "./tables.ts";

describeLedger("azure (Tables)", openTables);
