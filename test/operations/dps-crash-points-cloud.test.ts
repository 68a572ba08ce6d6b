import { describeDpsCrashPoints } from "./dps-crash-points.ts";

describeDpsCrashPoints("cloud");
