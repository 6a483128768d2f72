. /tmp/r4/env3.sh
$A view b15ffe5d | sed -n 3,10p;  $A ledger list| grep -v 'first seen' | grep b15ffe
