import { describeDpsRotationCrashPoints } from "./dps-rotation-crash-points.ts";

describeDpsRotationCrashPoints("cloud");
