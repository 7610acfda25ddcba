local thresher = require "thresher"
thresher.scenario { name = "broken"
end
